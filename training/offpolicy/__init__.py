"""What another policy would have been worth, and how to learn one, from what was logged under this one."""
