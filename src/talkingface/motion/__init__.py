"""The motion code over time: its scale, resampling, CRA, STAC and the filters they are held to."""
