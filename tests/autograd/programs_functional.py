"""Derivatives of functions, and checks of them.

Each program runs here and on PyTorch: ``t`` is the library, ``p`` says values, ``e`` calls and says the result or the
error.
"""

# ruff: noqa: F841, N806


def jacobians(t, p, e):
    """Jacobians and Hessians, by rows and by columns"""
    x = t.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=t.float64)
    y = t.tensor([0.5, 2.0], dtype=t.float64)
    F = t.autograd.functional
    f = lambda a, b: (a @ b, (a * a).sum(0))
    g = lambda a, b: ((a @ b) ** 2).sum()
    p(F.jacobian(f, (x, y)))
    p(F.jacobian(lambda a: (a * a).sum(1), x))
    p(F.jacobian(lambda a: (a * a).sum(1), x, vectorize=True, strategy="forward-mode"))
    p(F.hessian(g, (x, y)))
    p(F.hessian(lambda b: (b**3).sum(), y))
    p(F.hessian(lambda b: (b**3).sum(), y, vectorize=True, outer_jacobian_strategy="forward-mode").detach())


def products(t, p, e):
    """Products of vectors with Jacobians and Hessians"""
    x = t.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=t.float64)
    y = t.tensor([0.5, 2.0], dtype=t.float64)
    F = t.autograd.functional
    f = lambda a, b: (a @ b, (a * a).sum(0))
    g = lambda a, b: ((a @ b) ** 2).sum()
    p(F.vjp(f, (x, y), (y, y)))
    p(F.jvp(f, (x, y), (x, y)))
    p(F.vhp(g, (x, y), (x, y)))
    p(F.hvp(g, (x, y), (x, y)))
    yy = y.clone().requires_grad_()
    p(F.jacobian(lambda b: b**3, yy, create_graph=True).requires_grad)


def strictness(t, p, e):
    """What the functional forms refuse"""
    x = t.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=t.float64)
    y = t.tensor([0.5, 2.0], dtype=t.float64)
    F = t.autograd.functional
    ag = t.autograd
    e(F.jacobian, lambda b: b.detach(), y, strict=True)
    e(F.vjp, lambda b: b * 2, y)
    e(F.jvp, lambda b: b * 2, y)
    e(F.vjp, lambda b: b * 2, y, x)
    e(F.hessian, lambda b: b, y)
    e(F.jacobian, lambda b: b, 3)
    e(F.jacobian, lambda b: 3, y)
    e(F.hvp, lambda b: (b.sum(),), y, y)
    e(F.jacobian, lambda a, b: a * 2, (y, y), strict=True)
    e(F.vhp, lambda b: b.sum(), y, y, strict=True)
    e(F.hvp, lambda b: b.sum(), y, y, strict=True)
    e(F.hessian, lambda b: b.sum(), y, strict=True)
    e(F.jacobian, lambda b: b * 2, y, strict=True, create_graph=True)
    p(F.vhp(lambda b: b.sum(), y, y))


def checks(t, p, e):
    """gradcheck and gradgradcheck, real and complex, right and wrong"""
    x = t.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=t.float64)
    y = t.tensor([0.5, 2.0], dtype=t.float64)
    F = t.autograd.functional
    ag = t.autograd
    yg = y.clone().requires_grad_()
    xg = x.clone().requires_grad_()
    e(ag.gradcheck, lambda a, b: (a @ b).exp(), (xg, yg))
    e(ag.gradgradcheck, lambda a, b: (a @ b).exp(), (xg, yg))
    e(ag.gradcheck, lambda a: a * 2, (y,))
    c = t.tensor([1 + 2j, 0.5 - 1j], dtype=t.complex128, requires_grad=True)
    e(ag.gradcheck, lambda z: z * z * z.conj(), (c,))
    e(ag.gradcheck, lambda z: (z * z.conj()).abs(), (c,))
    e(ag.gradcheck, lambda z: z.exp(), (c,), check_forward_ad=True)
    e(ag.gradgradcheck, lambda z: z * z * z, (c,))

    class Bad(ag.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 3

    try:
        ag.gradcheck(Bad.apply, (yg,))
        p("?")
    except Exception as x_:
        p(type(x_).__name__, str(x_).splitlines()[0])
    e(ag.gradcheck, Bad.apply, (yg,), raise_exception=False)


def variables_of_old_programs(t, p, e):
    from importlib import import_module

    variable = import_module(f"{t.__name__}.autograd.variable").Variable
    x, y = t.arange(3.0), t.nn.Parameter(t.ones(2)) * 2
    p(
        variable(x),
        variable(x) is x,
        variable(x).data_ptr() == x.data_ptr(),
        variable(data=x, requires_grad=True),
        x,
    )
    p(
        variable(x, True),
        variable(x, volatile=True),
        variable(x, False, False),
        variable(y),
        variable(y).is_leaf,
    )
    p(variable(), variable(None), type(variable(t.nn.Parameter(x))).__name__, t.autograd.Variable is variable)
    p(isinstance(x, variable), isinstance(3, variable), issubclass(variable, t.Tensor))
    for data in ([1, 2], 3.0, x.numpy()):
        e(variable, data)
    e(variable, x, True, True)


def second_passes(t, p, e):
    x = t.arange(12.0).view(6, 2).requires_grad_()
    same, twice = [(x + 1).sum(), x.view(3, 4).mean(), t.cat([x, x]).sum()], [(x * x).sum(), x.exp().sum()]
    for y in same:
        y.backward()
        y.backward()
    p(x.grad)
    for piece in (*t.split(x, 4), *x.chunk(3), *x.split([2, 4])):
        (piece * piece).sum().backward()
    p(x.grad)
    for y in twice:
        y.backward()
        e(y.backward)
