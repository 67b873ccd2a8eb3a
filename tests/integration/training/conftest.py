"""Makes ``import tiny`` work in this folder's tests, and keeps torch to one thread beside other tests."""

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
torch.set_num_threads(1)
