"""Walks back: requests, hooks, nodes, what is kept.

Each program runs here and on PyTorch: ``t`` is the library, ``p`` says values, ``e`` calls and says the result or the
error.
"""

# ruff: noqa: F841, N806


def saved_tensors(t, p, e):
    """Hooks on what is kept for backward"""
    ag = t.autograd
    G = ag.graph
    a = t.tensor([1.0, 2.0], requires_grad=True)
    log = []
    with G.saved_tensors_hooks(
        lambda z: (log.append("pack"), z * 1)[1], lambda z: (log.append("unpack"), z)[1]
    ):
        b = (a * a).exp().sum()
    b.backward()
    p(log, a.grad)
    log.clear()
    with G.saved_tensors_hooks(lambda z: (p("packs", z), z)[1], lambda z: (p("unpacks", z), z)[1]):
        c = a * (a + 1)
    c.sum().backward()
    with G.save_on_cpu():
        b = (a.exp() * 2).sum()
    b.backward()
    p(a.grad)
    with G.disable_saved_tensors_hooks("no way"):
        e(G.saved_tensors_hooks(lambda z: z, lambda z: z).__enter__)
    with G.saved_tensors_hooks(lambda z: z, lambda z: 3):
        b = (a * a).sum()
    e(b.backward)
    with G.allow_mutation_on_saved_tensors():
        z = a * 1
        w = (z * z).sum()
        z.zero_()
        w.backward()
        p(a.grad)


NAMED = """
t.linalg.solve(x @ x.T + 9 * t.eye(3), x); t.linalg.inv(x @ x.T + 9 * t.eye(3))
x @ x.T; x @ v; v @ v; v @ x.T; x @ free; free @ x.T; b @ b.mT; b @ x.T; b @ v; v @ b.mT; t.outer(v, v)
F.linear(v, w, d); F.linear(v, w); F.linear(x, w, d); F.linear(x, w); F.linear(b, w, d); F.linear(b, w)
x.sum(); x.sum(0); x.mean(); x.mean(0); x.prod(); x.prod(0); x.max(); x.max(0)[0]; x.median(); x.median(0)[0]
x.nanmedian(); x.nanmedian(0)[0]; x.min(); x**2; x**x; 2**x; x.clamp(0); x.round(); x.round(decimals=1); x % 2; x % x
t.fmod(x, x); t.deg2rad(x); x.squeeze(); x.squeeze(0); x.squeeze((0, 1)); x.double(); x.split(1)[0]; x.split([1, 2])[0]
F.l1_loss(x, x); F.l1_loss(x, x, reduction="none"); F.l1_loss(x, x, reduction="sum"); F.prelu(x, v[:1])
F.kl_div(x, one); F.kl_div(x, one, reduction="none"); F.kl_div(x, one, reduction="batchmean"); F.kl_div(one, x)
F.nll_loss(x, k[0]); F.nll_loss(b.mT, k); F.dropout(x); F.rms_norm(x, (4,)); F.max_pool1d(b, 2); F.unfold(z, 2)
F.pad(b, (1, 1), mode="reflect"); F.pad(b, (1, 1), mode="replicate")
F.interpolate(z, scale_factor=2); F.interpolate(z, scale_factor=2, mode="bilinear"); F.interpolate(b, scale_factor=2)
F.interpolate(z, scale_factor=2, mode="bicubic"); F.interpolate(b, scale_factor=2, mode="linear")
F.conv2d(z, z); F.conv2d(z[0], z); F.adaptive_avg_pool2d(z, 1); F.adaptive_avg_pool2d(z, 2)
"""


def names_of_nodes(t, p, e):
    """What a node is called, which may depend on what was asked of the op"""
    x, v, w = (t.ones(*size, requires_grad=True) for size in ((3, 4), (4,), (2, 4)))
    z, d = t.ones(1, 2, 4, 4, requires_grad=True), t.ones(2, requires_grad=True)
    known = {"t": t, "F": t.nn.functional, "x": x, "v": v, "w": w, "z": z, "d": d, "b": x.expand(2, 3, 4) * 1}
    known |= {"free": t.ones(4), "one": t.ones(3, 4), "k": t.zeros(2, 3, dtype=t.int64)}
    for expression in NAMED.replace("\n", ";").split(";"):
        if expression:
            y = eval(expression.strip(), known)
            p(expression, type(y.grad_fn).__name__, y.grad_fn.name())
    y = (x @ x.T).relu()
    y.sum().backward()
    p(y.grad_fn.next_functions[0][0], y)


def kept_where_needed(t, p, e):
    """An operand is kept only for a gradient that is wanted, and may be written to otherwise"""
    x = t.tensor([1.0, 2.0], requires_grad=True)
    w = t.tensor([3.0, 4.0])
    y = x * 2
    p((y * 3).grad_fn._saved_self, (x * w).grad_fn._saved_self, (x * w).grad_fn._saved_other)
    z = y * w + 5 * y
    y.add_(1)
    z.sum().backward()
    p(x.grad)
    y = x * 1
    z = x * y
    y.add_(1)
    try:
        z.sum().backward()
    except RuntimeError as error:
        p(str(error)[:90])


def edges(t, p, e):
    """Edges of the graph in place of tensors; hooks on several tensors"""
    ag = t.autograd
    G = ag.graph
    a = t.tensor([1.0, 2.0], requires_grad=True)
    ed = G.get_gradient_edge(a)
    p(type(ed).__name__, ed.output_nr, type(ed.node).__name__)
    p(t.autograd.grad((a * 2).sum(), ed))
    h = a * 3
    ed = G.get_gradient_edge(h)
    p(t.autograd.grad((h * h).sum(), [ed, h]))
    p(t.autograd.grad(ed, a, grad_outputs=t.ones(2)))
    e(G.get_gradient_edge, t.ones(2))
    p(isinstance(h.grad_fn, G.Node), isinstance(h.grad_fn.next_functions[0][0], G.Node))
    calls = []
    h = a * 3
    u = t.ones(2, requires_grad=True)
    hh = G.register_multi_grad_hook(
        [a, u, h], lambda gs: calls.append([None if q is None else q.tolist() for q in gs])
    )
    h = a * 3
    (h.sum() * 2).backward(retain_graph=True)
    (h.sum() + u.sum()).backward(retain_graph=True)
    p(calls)
    hh.remove()
    calls.clear()
    hh = G.register_multi_grad_hook((a, h), lambda q: calls.append(q.tolist()), mode="any")
    h.sum().backward()
    p(calls)
    hh.remove()
    calls.clear()
    hh = G.register_multi_grad_hook((a, u, h := a * 3), lambda gs: calls.append([q is not None for q in gs]))
    both = (h * u).sum()
    both.backward(inputs=(u,), retain_graph=True)
    both.backward(inputs=(a,), retain_graph=True)
    t.autograd.grad(both, [h])
    p(calls)
    hh.remove()
    v0 = u._version
    G.increment_version(u)
    p(u._version - v0)


def anomalies(t, p, e):
    """A NaN in backward"""
    ag = t.autograd
    with ag.detect_anomaly():
        q = t.tensor([0.0], requires_grad=True)
        e((q.sqrt() * 0).sum().backward)
    with ag.set_detect_anomaly(True, check_nan=False):
        q = t.tensor([0.0], requires_grad=True)
        e((q.sqrt() * 0).sum().backward)
    e((q.sqrt() * 0).sum().backward)


def requests(t, p, e):
    """backward and grad: what they refuse and return"""
    ag = t.autograd
    w = t.ones(2, dtype=t.float64, requires_grad=True)
    h = w * 2
    e(t.ones(2).backward)
    e(h.backward)
    e(h.backward, t.ones(3))
    e(h.backward, "x")
    e(h.sum().backward, inputs=[])
    e(h.sum().backward, inputs=[t.ones(1)])
    e(ag.grad, h.sum(), t.ones(1))
    u = t.ones(2, requires_grad=True)
    e(ag.grad, (w * 2).sum(), [w, u])
    e(ag.grad, (w * 2).sum(), [w, u], allow_unused=True)
    e(ag.grad, (w * 2).sum(), [w, u], materialize_grads=True)
    e(ag.grad, (w * 2).sum(), [w, u], materialize_grads=True, allow_unused=False)
    e(ag.grad, [(w * 2).sum(), (w * 3).sum()], w)
    e(ag.grad, w * 2, w, t.eye(2), is_grads_batched=True)
    e(ag.grad, [w * 2], w, [t.ones(2), t.ones(2)])
    e(ag.backward, [(w * 1).sum()], [None, None])
    e(ag.grad, w * 2, w)
    e(ag.grad, (w * 2).sum(), w, only_inputs=False)
    c = t.ones(2, dtype=t.complex64, requires_grad=True)
    e(lambda: (c * 2)[0].backward())
    e(ag.grad, c * 2, c, t.ones(2))


def tensor_hooks(t, p, e):
    """retain_grad and hooks on tensors"""
    ag = t.autograd
    w = t.ones(2, dtype=t.float64, requires_grad=True)
    h = w * 2
    w.grad = None
    h = w * 2
    h.retain_grad()
    h.retain_grad()
    h.register_hook(lambda g: g * 10)
    (h * 3).sum().backward()
    p(h.grad, w.grad, h.retains_grad, w.retains_grad)
    h = w * 2
    h.retain_grad()
    h.register_hook(lambda g: p("before the write", g))
    h.mul_(3)
    h.sum().backward()
    p(h.grad, h.retains_grad)
    log = []
    w.grad = None
    hd = w.register_hook(lambda g: log.append(g.tolist()))
    hp = w.register_post_accumulate_grad_hook(lambda q: log.append(("post", q.grad.tolist())))
    ((w * 2).sum() + (w * 3).sum()).backward()
    p(log)
    hd.remove()
    hp.remove()
    log.clear()
    (w * 2).sum().backward()
    p(log)
    e(lambda: (lambda q: (q.register_hook(lambda g: 3), q.sum().backward()))(w * 1))
    e(lambda: (lambda q: (q.register_hook(lambda g: g.sum()), q.sum().backward()))(w * 1))


def node_hooks(t, p, e):
    """Hooks on nodes, and what a node says"""
    ag = t.autograd
    w = t.ones(2, dtype=t.float64, requires_grad=True)
    h = w * 2
    h = w * 2
    s = h.sum()
    n = h.grad_fn
    log = []
    n.register_prehook(lambda go: log.append(("pre", go[0].tolist())))
    n.register_hook(
        lambda gi, go: (
            log.append(("hook", [None if a is None else a.tolist() for a in gi], go[0].tolist())),
            (gi[0] * 5, *gi[1:]),
        )[1]
    )
    w.grad = None
    s.backward()
    p(log, w.grad)
    acc = (w * 1).grad_fn.next_functions[0][0]
    log = []
    k1 = acc.register_prehook(lambda go: log.append("pre"))
    k2 = acc.register_hook(lambda gi, go: log.append((gi, go[0].tolist())))
    (w * 2).sum().backward()
    p(log)
    k1.remove()
    k2.remove()
    p(acc.variable is w, acc.name(), acc.next_functions, type(acc).__name__)
    p(
        n.name(),
        type(n).__name__,
        n.next_functions[1],
        h.exp().grad_fn._saved_result.tolist(),
        (h * w).grad_fn._saved_self.tolist(),
    )
    e(lambda: n._saved_nothing)
    n.metadata["a"] = 1
    p(n.metadata["a"])


def parts(t, p, e):
    """A request walks only the way to what is wanted"""
    ag = t.autograd
    w = t.ones(2, dtype=t.float64, requires_grad=True)
    h = w * 2
    h = w * 2
    log = []
    h.register_hook(lambda g: (log.append("h"), g * 2)[1])
    r = ag.grad((h * 3).sum(), [h, w])
    p(log, r)
    h = w * 2
    log = []
    h.register_hook(lambda g: (log.append("h"), g * 2)[1])
    r = ag.grad((h * 3).sum(), [h])
    p(log, r)
    h = w * 2
    q = w * 3
    log = []
    q.register_hook(lambda g: log.append("q"))
    ag.grad((h + q).sum(), [h])
    p(log)
    h = w.exp()
    s = (h * h).sum()
    ag.grad(s, h)
    e(ag.grad, s, h)
    e(lambda: ag.grad(h.sum(), w))


def results(t, p, e):
    """Where gradients end up, and memory that changed in between"""
    w = t.ones(2, dtype=t.float64, requires_grad=True)
    k = w * 2
    (k * 3).sum().backward(inputs=[k])
    p(k.grad, w.grad)
    x = t.ones(2, requires_grad=True)
    y = x * x
    y.sum().backward(create_graph=True)
    p(x.grad.requires_grad)
    x.grad = None
    a = t.ones(2, requires_grad=True)
    b = a.exp()
    b.add_(1)
    try:
        b.sum().backward()
    except RuntimeError as ex:
        p(str(ex)[:90])
