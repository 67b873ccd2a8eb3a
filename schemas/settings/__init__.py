"""One typed settings object per part."""
