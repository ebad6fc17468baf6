"""Functions with gradients of their own.

Each program runs here and on PyTorch: ``t`` is the library, ``p`` says values, ``e`` calls and says the result or the
error.
"""

# ruff: noqa: F841, N806


def maker(t):
    """What makes a custom Function of some functions."""

    def make(forward, backward=None, **more):
        more |= {"forward": forward} | ({"backward": backward} if backward else {})
        return type("MyFn", (t.autograd.Function,), {k: staticmethod(v) for k, v in more.items()})

    return make


def gradients(t, p, e):
    """Numbers, shapes and types of the gradients that a backward returns"""
    ag = t.autograd
    once = t.autograd.function.once_differentiable
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)
    Fn = ag.Function
    F = make(lambda ctx, a: a * 2, lambda ctx, g: (g, g))
    e(F.apply(x).sum().backward)
    F = make(lambda ctx, a, b: a * 2, lambda ctx, g: g)
    e(F.apply(x, 3).sum().backward)
    F = make(lambda ctx, a, b: a * 2, lambda ctx, g: (g, g))
    e(F.apply(x, 3).sum().backward)
    F = make(lambda ctx, a: a * 2, lambda ctx, g: (g, None, None))
    e(F.apply(x).sum().backward)
    F = make(lambda ctx, a: a * 2, lambda ctx, g: g.new_ones(3))
    e(F.apply(x).sum().backward)
    F = make(lambda ctx, a: a * 2, lambda ctx, g: g.new_ones(4, 2))
    x.grad = None
    e(F.apply(x).sum().backward)
    p(x.grad)
    F = make(lambda ctx, a: a * 2, lambda ctx, g: 3)
    e(F.apply(x).sum().backward)
    F = make(lambda ctx, a: a * 2, lambda ctx, g: None)
    x.grad = None
    e(F.apply(x).sum().backward)
    p(x.grad)
    F = make(lambda ctx, a: a * 2)
    e(F.apply(x).sum().backward)
    F = type("MyFn", (Fn,), {})
    e(F.apply, x)
    F = make(lambda ctx, a: a * 2, lambda ctx, g: g.double())
    x.grad = None
    F.apply(x).sum().backward()
    p(x.grad)
    e(lambda: F()(x))
    e(lambda: F.apply(a=x))


def outputs(t, p, e):
    """Several outputs, with and without gradients"""
    ag = t.autograd
    once = t.autograd.function.once_differentiable
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)

    def fw(ctx, a, b):
        ctx.save_for_backward(a, b, None)
        ctx.n = ctx.needs_input_grad
        return (a * b, a + b, 5)

    def bw(ctx, g1, g2, g3):
        a, b, n = ctx.saved_tensors
        p("g", g1, g2, g3, n, ctx.needs_input_grad)
        return (g1 * b + g2, g1 * a + g2 if ctx.needs_input_grad[1] else None)

    F = make(fw, bw)
    u, v, k = F.apply(x, w)
    p(u, v, k, type(u.grad_fn).__name__, u.grad_fn.name(), u.grad_fn is v.grad_fn)
    x.grad = None
    u.sum().backward()
    p(x.grad)
    e(u.sum().backward)
    e(lambda: u.grad_fn.saved_tensors)


def quiet_outputs(t, p, e):
    """Outputs that nothing flows to, or that have no gradient"""
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)

    def fw(ctx, a):
        ctx.set_materialize_grads(False)
        return (a * 1, a * 2)

    F = make(fw, lambda ctx, g, h: (p(g, h), g)[1])
    u, v = F.apply(x)
    x.grad = None
    u.sum().backward()
    p(x.grad)

    def fw(ctx, a):
        m = a > 1
        r = a * 1
        ctx.mark_non_differentiable(r, m)
        return (a * 3, r, m)

    F = make(fw, lambda ctx, g, h, m: (p(g, h, m), g * 3)[1])
    u, v, m = F.apply(x)
    p(u.requires_grad, v.requires_grad, m.requires_grad, v.grad_fn)
    u.sum().backward()
    with t.no_grad():
        p(F.apply(x)[0].requires_grad)
    p(F.apply(w)[0].requires_grad, F.apply(w)[0].grad_fn)


def twice(t, p, e):
    """A gradient through a custom gradient"""
    ag = t.autograd
    once = t.autograd.function.once_differentiable
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)

    def fw(ctx, a):
        y = a.exp()
        ctx.save_for_backward(y)
        return y

    F = make(fw, lambda ctx, g: g * ctx.saved_tensors[0])
    y = F.apply(x)
    (g,) = ag.grad(y.sum(), x, create_graph=True)
    p(ag.grad(g.sum(), x, create_graph=True))
    e(ag.gradcheck, F.apply, (x.detach().double().requires_grad_(),))
    e(ag.gradgradcheck, F.apply, (x.detach().double().requires_grad_(),))
    B = once(lambda ctx, g: g * ctx.saved_tensors[0])
    F = make(fw, B)
    y = F.apply(x)
    (g,) = ag.grad(y.sum(), x, create_graph=True)
    p(g.requires_grad)
    gg = t.ones(2, requires_grad=True)
    y = F.apply(x)
    (g,) = ag.grad(y, x, gg, create_graph=True)
    p(g.requires_grad)
    e(ag.grad, g.sum(), x)
    e(ag.grad, g.sum(), gg)
    e(g.sum().backward)


def written(t, p, e):
    """Inputs that forward writes to"""
    ag = t.autograd
    once = t.autograd.function.once_differentiable
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)

    def fw(ctx, a):
        a.mul_(2)
        ctx.mark_dirty(a)
        return a

    F = make(fw, lambda ctx, g: g * 2)
    z = x * 1
    v0 = z._version
    q = F.apply(z)
    p(q is z, z.grad_fn.name(), z._version - v0)
    x.grad = None
    z.sum().backward()
    p(x.grad)
    e(F.apply, x)
    z = x * 1
    vw = z[0:1]
    F.apply(vw)
    p(z)
    x.grad = None
    z.sum().backward()
    p(x.grad)

    def fw(ctx, a):
        a.mul_(2)
        ctx.mark_dirty(a)
        return a + 1

    F = make(fw, lambda ctx, g: g * 2)
    e(lambda: F.apply(x * 1))


def returned(t, p, e):
    """Inputs and views of them, returned"""
    ag = t.autograd
    once = t.autograd.function.once_differentiable
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)
    F = make(lambda ctx, a: a, lambda ctx, g: g * 7)
    y = F.apply(x)
    p(y is x, y.grad_fn.name())
    x.grad = None
    y.sum().backward()
    p(x.grad)
    e(lambda: y.add_(1))
    F = make(lambda ctx, a: a[0:1], lambda ctx, g: t.cat([g, g]))
    y = F.apply(x * 1)
    e(lambda: y.add_(1))
    x.grad = None
    F.apply(x).sum().backward()
    p(x.grad)


def saved(t, p, e):
    """What is saved for backward"""
    ag = t.autograd
    once = t.autograd.function.once_differentiable
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)
    F = make(lambda ctx, a: (ctx.save_for_backward(3), a * 1)[1], lambda ctx, g: g)
    e(F.apply, x)

    def fw(ctx, a):
        ctx.save_for_backward(a)
        return a * 1

    F = make(fw, lambda ctx, g: g * ctx.saved_tensors[0])
    z = x * 1
    y = F.apply(z)
    z.add_(1)
    try:
        y.sum().backward()
    except RuntimeError as ex:
        p(str(ex)[:100])


def contexts(t, p, e):
    """setup_context, defaults, jvp and vjp"""
    ag = t.autograd
    once = t.autograd.function.once_differentiable
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)
    Fn = ag.Function

    def fw(a, k=2.0):
        return a * k

    def sc(ctx, inputs, output):
        ctx.k = inputs[1]
        p("sc", len(inputs), output.requires_grad)

    F = make(
        fw,
        lambda ctx, g: (g * ctx.k, None),
        setup_context=sc,
        jvp=lambda ctx, a, k: (p("jvp", a, k), a * ctx.k)[1],
    )
    y = F.apply(x)
    x.grad = None
    y.sum().backward()
    p(x.grad)
    e(F.apply, x, k=3.0)
    fa = t.autograd.forward_ad
    with fa.dual_level():
        d = fa.make_dual(x.detach(), t.ones(2))
        p(fa.unpack_dual(F.apply(d, 4.0)))


def duals(t, p, e):
    """Tangents: given, refused, and pushed through a custom jvp"""
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)
    fa = t.autograd.forward_ad
    with fa.dual_level():
        d = fa.make_dual(x.detach(), t.ones(2))
        G = make(lambda ctx, a: a * 2, lambda ctx, g: g)
        e(G.apply, d)
        p(fa.unpack_dual(G.apply(w)))

        def fw2(ctx, a, b):
            ctx.save_for_forward(a, b)
            ctx.save_for_backward(a)
            return (a * b, a + b)

        G = make(
            fw2,
            None,
            jvp=lambda ctx, ta, tb: (ta * ctx.saved_tensors[1] + ctx.saved_tensors[0] * tb, ta + tb),
        )
        p([fa.unpack_dual(o) for o in G.apply(d, w)])
        e(fa.enter_dual_level)
        e(fa.make_dual, x, t.ones(3))
        e(fa.make_dual, t.ones(2, dtype=t.int64), t.ones(2))
        e(fa.make_dual, d, t.ones(2))
        p(fa.unpack_dual(d.detach()).tangent, fa.unpack_dual((d * 1).clone()).tangent)
    e(fa.make_dual, x, t.ones(2))
    e(fa.exit_dual_level)
    p(fa.unpack_dual(x)[1])


def other_forms(t, p, e):
    """vjp; any number of arguments; complex numbers; tensors in lists"""
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    make = maker(t)
    Fn = t.autograd.Function
    F = make(lambda ctx, a: a * 2, None, vjp=lambda ctx, g: g * 2)
    x.grad = None
    F.apply(x).sum().backward()
    p(x.grad)
    F = make(lambda ctx, a: a * 2, lambda ctx, g: g, vjp=lambda ctx, g: g * 2)
    e(lambda: F.apply(x).sum().backward())

    class Named(Fn):
        @staticmethod
        def forward(ctx, *xs):
            return sum(xs)

        @staticmethod
        def backward(ctx, g):
            return (g, g * 2)

    x.grad = None
    y = Named.apply(x, x)
    y.sum().backward()
    p(y, x.grad)
    c = t.tensor([1 + 1j], requires_grad=True)
    F = make(lambda ctx, a: a * 2j, lambda ctx, g: g * -2j)
    F.apply(c).abs().sum().backward()
    p(c.grad)
    listed = [t.ones(1, requires_grad=True)]
    F = make(lambda ctx, xs: xs[0] * 2, lambda ctx, g: g)
    p(F.apply(listed).requires_grad)
