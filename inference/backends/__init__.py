"""What runs the model: OpenVINO on a CPU, torch on a GPU. Each is imported only when chosen."""
