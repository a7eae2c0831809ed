"""Procedural talking heads with exact head pose, expression and landmarks.

An `identity.Identity` (who) and a `motion.Motion` (what they do, a function of time) are each
drawn from a seed; `render.Renderer` draws any pair, and `clip.render_motion` gives the exact
target of a reenactment. `dataset.synthesize_dataset` writes a whole data set.
"""
