"""Queues of work on a GPU, and marks in them."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from vizgrad.engine import device as _device

from .devices import Which, device, index_of


class Event:
    """A mark in the work of a GPU: to wait for, or to measure the time between two.

    ``enable_timing``: for `elapsed_time`.  RuntimeError where there is no GPU.
    """

    def __init__(
        self,
        enable_timing: bool = False,
        blocking: bool = False,
        interprocess: bool = False,
        external: bool = False,
    ) -> None:
        self._event: Any = _device.cupy().cuda.Event(
            block=blocking, disable_timing=not enable_timing, interprocess=interprocess
        )

    def record(self, stream: Stream | None = None) -> None:
        """Put the mark after the work given to the stream so far."""
        self._event.record(None if stream is None else stream.queue)

    def wait(self, stream: Stream | None = None) -> None:
        """Let further work of the stream wait for the mark."""
        (stream or current_stream()).queue.wait_event(self._event)

    def query(self) -> bool:
        """Whether the GPU has come to the mark."""
        return bool(self._event.done)

    def synchronize(self) -> None:
        """Wait for the mark."""
        self._event.synchronize()

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds from this mark to the other."""
        return float(_device.cupy().cuda.get_elapsed_time(self._event, end_event._event))

    def __repr__(self) -> str:
        return f"<torch.cuda.Event {self._event.ptr:#x}>"


class Stream:
    """A queue of work: what is in one runs in order, what is in two may run side by side.

    RuntimeError where there is no GPU.
    """

    def __init__(self, device: Which = None, priority: int = 0, *, queue: Any = None) -> None:
        gpu = _device.cupy()
        self.device = _device.device("cuda", index_of(device))
        self.priority = priority
        if queue is None:
            with gpu.cuda.Device(self.device.index):
                queue = gpu.cuda.Stream(non_blocking=True)
        self.queue: Any = queue

    @property
    def cuda_stream(self) -> int:
        """CUDA's own handle."""
        return int(self.queue.ptr)

    def wait_event(self, event: Event) -> None:
        """Let further work of this queue wait for the mark."""
        event.wait(self)

    def wait_stream(self, stream: Stream) -> None:
        """Let further work of this queue wait for what was given to the other so far."""
        self.wait_event(stream.record_event())

    def record_event(self, event: Event | None = None) -> Event:
        """A mark after the work given so far."""
        event = event or Event()
        event.record(self)
        return event

    def query(self) -> bool:
        """Whether all work is done."""
        return bool(self.queue.done)

    def synchronize(self) -> None:
        """Wait until all work is done."""
        self.queue.synchronize()

    def __enter__(self) -> Stream:
        self._inside = StreamContext(self)
        self._inside.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._inside.__exit__(*error)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and (self.device, self.cuda_stream) == (
            other.device,
            other.cuda_stream,
        )

    def __hash__(self) -> int:
        return hash((self.device, self.cuda_stream))

    def __repr__(self) -> str:
        return f"<torch.cuda.Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"


class ExternalStream(Stream):
    """A queue that another library made, by CUDA's handle."""

    def __init__(self, stream_ptr: int, device: Which = None) -> None:
        super().__init__(device, queue=_device.cupy().cuda.ExternalStream(stream_ptr))


class StreamContext:
    """Inside the block work goes to this stream; None changes nothing."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            self._device = device(self.stream.device)
            self._device.__enter__()
            self.stream.queue.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.stream is not None:
            self.stream.queue.__exit__(kind, error, trace)
            self._device.__exit__(kind, error, trace)


stream = StreamContext


def set_stream(stream: Stream | None) -> None:
    """Let work go to this stream from now on."""
    if stream is not None:
        stream.queue.use()


def current_stream(device: Which = None) -> Stream:
    """Where work goes now."""
    return Stream(device, queue=_device.cupy().cuda.get_current_stream())


def default_stream(device: Which = None) -> Stream:
    """Where work goes unless another stream is chosen."""
    return Stream(device, queue=_device.cupy().cuda.Stream.null)


def get_stream_from_external(data_ptr: int, device: Which = None) -> Stream:
    """A queue that another library made, by CUDA's handle."""
    return ExternalStream(data_ptr, device)


def is_current_stream_capturing() -> bool:
    """Whether work is being recorded instead of done."""
    return bool(_device.cupy().cuda.get_current_stream().is_capturing()) if _device.has_cupy() else False
