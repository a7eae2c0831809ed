"""What the framework costs, part by part; benchmarks/framework.py runs the parts."""

import talkingface.torchvision_guard  # noqa: F401  before lightning, torchmetrics and lpips
