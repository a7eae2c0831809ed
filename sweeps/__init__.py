"""Sweeps: grids over experiments for `talkingface train --multirun`."""
