"""The networks that distribution metrics see frames and clips through; frozen."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from talkingface.errors import UserError
from talkingface.model_files import ModelFile, find_model
from talkingface.tensor_files import read_tensors

INCEPTION = ModelFile(
    name="weights-inception-2015-12-05-6726825d.pth",
    url="https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    "weights-inception-2015-12-05-6726825d.pth",
    sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
)
I3D = ModelFile(
    name="i3d_torchscript.pt",
    url="https://www.dropbox.com/s/ge9e5ujwgetktms/i3d_torchscript.pt?dl=1",
    sha256="bec6519f66ea534e953026b4ae2c65553c17bf105611c746d904657e5860a5e2",
)


class InceptionFeatures(nn.Module):
    """Pooled features of Inception-v3 as FID was defined with (Heusel et al. 2017).

    torch-fidelity's port is used, which scales frames to 299 pixels the way TensorFlow 1 did;
    torchmetrics' own variant smooths when it scales down, and agrees with no published figure.

    Args:
        weights: the file INCEPTION.

    Raises:
        UserError: the file holds other weights.
    """

    def __init__(self, weights: Path):
        super().__init__()
        # torch-fidelity reads its file with the whole of pickle. So the file is read here, tensors
        # only, and torch-fidelity gets what this process itself wrote.
        checked = io.BytesIO()
        torch.save(read_tensors(weights), checked)
        checked.seek(0)
        try:
            with torch.random.fork_rng(devices=[]):
                self.network = FeatureExtractorInceptionV3("inception", ["2048"], checked)
        except (RuntimeError, TypeError, AttributeError) as error:
            reason = str(error).splitlines()[0]
            raise UserError(
                f"{weights}: not the weights of FID's Inception-v3 ({reason}). "
                f"Give {INCEPTION.url}."
            ) from error

    @torch.no_grad()
    def forward(self, frames_T3HW: Tensor) -> Tensor:
        """Return features (T, 2048), on the CPU in float64, of frames in [0, 1] of any size."""
        device = next(self.network.parameters()).device
        whole = (frames_T3HW.clamp(0, 1) * 255).round().to(device, torch.uint8)
        (features_TF,) = self.network(whole)
        return features_TF.double().cpu()


class I3DFeatures(nn.Module):
    """Features of I3D, trained on Kinetics-400, as FVD is computed with (Unterthiner et al. 2018).

    The TorchScript file that StyleGAN-V published (Skorokhodov et al. 2022), which scales clips to
    224 pixels itself. TorchScript is a program, so it is loaded only after its checksum was found
    right; that is why this class looks for the file itself.

    Args:
        explicit: the file; None looks in the usual places, then downloads.
        model: which content is right.

    Raises:
        MissingModelError: the file is nowhere to be had.
        UserError: it has other content, or is no TorchScript.
    """

    def __init__(self, explicit: Path | None = None, model: ModelFile = I3D):
        super().__init__()
        path = find_model(model, explicit)
        try:
            with warnings.catch_warnings():
                # PyTorch wants nobody to write TorchScript any more; this file is written.
                warnings.filterwarnings("ignore", category=DeprecationWarning, module="torch.jit")
                self.network = torch.jit.load(path, map_location="cpu")
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise UserError(f"{path}: not a TorchScript file ({reason}).") from error
        self.network.eval()

    @torch.no_grad()
    def forward(self, clips_NT3HW: Tensor) -> Tensor:
        """Return features (N, F), on the CPU in float64, of clips (N, 16, 3, H, W) in [0, 1]."""
        device = next(self.network.parameters()).device
        scaled = clips_NT3HW.movedim(2, 1).to(device) * 255
        features_NF = self.network(scaled, rescale=True, resize=True, return_features=True)
        return features_NF.double().cpu()
