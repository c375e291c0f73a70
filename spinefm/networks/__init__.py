"""The four networks of SpineFM, one file each: sizes are configuration, so the paper's sizes are the same code."""
