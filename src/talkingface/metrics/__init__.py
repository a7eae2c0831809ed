import talkingface.torchvision_guard  # noqa: F401  before all that import torchvision
