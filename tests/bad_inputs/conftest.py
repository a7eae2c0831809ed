from ..faces.conftest import model

__all__ = ["model"]
