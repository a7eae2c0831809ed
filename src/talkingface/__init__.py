"""TalkingFace Motion: a portrait and a reference video become a talking video."""
