"""Transforms of pictures, as torchvision's (version 1): Pillow images and tensors (…, C, H, W) come and go.

What is random is drawn from VizGrad's own stream (``vizgrad.manual_seed``), once for each call.
"""

from .colours import ColorJitter, Grayscale, RandomApply, RandomChoice, RandomGrayscale, RandomOrder
from .picture import InterpolationMode
from .shapes import (
    CenterCrop,
    Pad,
    RandomCrop,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomVerticalFlip,
    Resize,
)
from .tensors import Compose, ConvertImageDtype, Lambda, Normalize, PILToTensor, ToPILImage, ToTensor

__all__ = [
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "ConvertImageDtype",
    "Grayscale",
    "InterpolationMode",
    "Lambda",
    "Normalize",
    "PILToTensor",
    "Pad",
    "RandomApply",
    "RandomChoice",
    "RandomCrop",
    "RandomGrayscale",
    "RandomHorizontalFlip",
    "RandomOrder",
    "RandomResizedCrop",
    "RandomVerticalFlip",
    "Resize",
    "ToPILImage",
    "ToTensor",
]
