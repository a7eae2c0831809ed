import talkingface.torchvision_guard  # noqa: F401  before lightning, torchmetrics and lpips
