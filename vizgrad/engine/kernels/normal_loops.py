"""The passes of a normalization as loops: what normal.py leaves to compiled code, where there is any.

Arrays come as matrices of rows (rows, n), and numbers for each row as (rows,), all of one floating dtype; the arrays
that a loop writes come last.
"""

from __future__ import annotations

import math

from .loops import loop


@loop
def sums(a, b, alone, product):
    """Write Σ a and Σ a · b of each row."""
    for i in range(len(a)):
        one = two = a.dtype.type(0)
        for j in range(a.shape[1]):
            one += a[i, j]
            two += a[i, j] * b[i, j]
        alone[i], product[i] = one, two


@loop
def scaled(x, scale, shift, y):
    """Write x · scale + shift."""
    for i in range(len(x)):
        a, b = scale[i], shift[i]
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] * a + b


@loop
def scaled_pair(x, other, scale, scale_other, shift, y):
    """Write x · scale + other · scale_other + shift."""
    for i in range(len(x)):
        a, b, c = scale[i], scale_other[i], shift[i]
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] * a + other[i, j] * b + c


@loop
def normalized(x, weight, bias, eps, y, mean, var):
    """Each row on its own: (x - mean) / √(var + eps) · weight + bias; weight and bias (n,)."""
    n = x.dtype.type(x.shape[1])
    for i in range(len(x)):
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            total += x[i, j]
        m, total = total / n, x.dtype.type(0)
        for j in range(x.shape[1]):
            total += (x[i, j] - m) * (x[i, j] - m)
        mean[i], var[i] = m, total / n
        rstd = x.dtype.type(1 / math.sqrt(var[i] + eps))
        for j in range(x.shape[1]):
            y[i, j] = (x[i, j] - m) * rstd * weight[j] + bias[j]


@loop
def d_normalized(g, x, mean, rstd, weight, dx, d_weight, d_bias):
    """The gradients of `normalized`; d_weight and d_bias (n,) are added to."""
    n = x.dtype.type(x.shape[1])
    for i in range(len(x)):
        m, a = mean[i], rstd[i]
        level = slope = x.dtype.type(0)
        for j in range(x.shape[1]):
            part = g[i, j] * weight[j]
            level += part
            slope += part * (x[i, j] - m)
        level, slope = level / n, slope * a * a / n
        for j in range(x.shape[1]):
            far = x[i, j] - m
            dx[i, j] = (g[i, j] * weight[j] - level - far * slope) * a
            d_weight[j] += g[i, j] * far * a
            d_bias[j] += g[i, j]
