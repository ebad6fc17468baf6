"""Modes of recording, and what leaves may do.

Each program runs here and on PyTorch: ``t`` is the library, ``p`` says values, ``e`` calls and says the result or the
error.
"""

# ruff: noqa: F841


def inference(t, p, e):
    """Inference tensors"""
    with t.inference_mode():
        x = t.ones(2)
        y = x * 2
        p(
            x.is_inference(),
            y.is_inference(),
            t.is_inference_mode_enabled(),
            t.is_grad_enabled(),
            x.requires_grad,
        )
        x.add_(1)
        p(x)
        e(lambda: x._version)
        z = t.ones(2, requires_grad=True)
        p(z.requires_grad, (z * 2).requires_grad, z.is_inference())
    p(x.is_inference(), x.is_inference())
    w = t.ones(2, requires_grad=True)
    e(lambda: x * w)
    e(lambda: (x + w).sum().item())
    e(lambda: y.add_(1))
    e(lambda: x.requires_grad_())
    e(lambda: x[0])
    p(x[0:1].is_inference())
    e(lambda: x.clone().add_(1))
    p((x * 2).is_inference())


def inside_inference(t, p, e):
    """Modes in modes; views of normal tensors"""
    w = t.ones(2, requires_grad=True)
    n = t.ones(3)
    with t.inference_mode():
        v = n[1:]
        p(v.is_inference())
        v.mul_(3)
    p(n)
    with t.inference_mode(False):
        p(t.ones(1).is_inference())
    with t.inference_mode():
        with t.inference_mode(False):
            a = t.ones(1, requires_grad=True)
            p(t.ones(1).is_inference(), (a * 2).requires_grad)
        with t.enable_grad():
            p((w * 2).requires_grad)

    @t.inference_mode()
    def f(q):
        return q * 2

    p(f(w).is_inference())


def modes(t, p, e):
    """Grad modes as blocks, decorators and calls"""
    w = t.ones(2, requires_grad=True)

    @t.no_grad()
    def g(q):
        return q * 2

    p(g(w).requires_grad)

    @t.no_grad
    def g(q):
        return q * 2

    p(g(w).requires_grad)

    @t.set_grad_enabled(False)
    def g(q):
        return q * 2

    p(g(w).requires_grad, t.is_grad_enabled())
    t.set_grad_enabled(False)
    p(t.is_grad_enabled())
    t.set_grad_enabled(True)
    with t.set_grad_enabled(False) as _:
        p(t.is_grad_enabled())
        with t.enable_grad():
            p(t.is_grad_enabled())
        p(t.is_grad_enabled())
    p(t.is_grad_enabled())


def generators(t, p, e):
    """A mode on a generator holds while it runs"""

    @t.no_grad()
    def gen():
        p(t.is_grad_enabled())
        r = yield 1
        p(t.is_grad_enabled(), r)
        yield 2

    it = gen()
    next(it)
    p(t.is_grad_enabled())
    it.send(5)
    p(t.is_grad_enabled())


def leaves(t, p, e):
    """What leaves may and may not"""
    ag = t.autograd
    w = t.ones(2, dtype=t.float64, requires_grad=True)
    h = w * 2
    i = t.ones(2, dtype=t.int64)
    e(i.requires_grad_)
    e(lambda: t.ones(2, dtype=t.int64, requires_grad=True))
    h = w * 2

    def sf(z, v):
        z.requires_grad = v

    e(sf, h, False)
    e(sf, h, True)
    e(sf, i, True)
    e(h.requires_grad_, False)
    e(lambda: w.add_(1))
    e(lambda: w[0].add_(1))
    e(lambda: w[:1].zero_())
    with t.no_grad():
        w.add_(1)
    p(w, w.is_leaf, h.is_leaf, h.detach().is_leaf)
    e(lambda: w.detach_())
    w = t.ones(2, requires_grad=True)
    h = w * 2
    e(lambda: t.ones(2).register_hook(lambda g: g))
    e(lambda: t.ones(2).retain_grad())
    e(h.register_post_accumulate_grad_hook, lambda q: None)
    e(t.ones(1).register_post_accumulate_grad_hook, lambda q: None)
