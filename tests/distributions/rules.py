"""The distributions of the tests, and the values whose chances are asked; a text makes the same one in either library.

``t`` is a float64 tensor that needs a gradient, ``f`` one that needs none.
"""

LAWS = {
    "Normal(t(0.3), t(1.7))": "f(-1.0)",
    "Normal(t([0.3, -2.0]), t([[1.7], [0.4]]))": "f([0.5, -2.5])",
    "Bernoulli(t([0.1, 0.5, 0.8]))": "f([1.0, 0.0, 1.0])",
    "Bernoulli(logits=t([-3.0, 0.5, 40.0]))": "f([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])",
    "Categorical(t([[0.1, 0.5, 0.8], [3.0, 1.0, 0.5]]))": "i([2, 0])",
    "Categorical(logits=t([[0.1, 0.5, 0.8], [3.0, 1.0, -5.0]]))": "i([[1, 2], [0, 0]])",
    "Uniform(t([-1.0, 2.0]), t(3.0))": "f([0.5, 2.5])",
    "Beta(t([0.3, 2.0]), t([0.5, 4.0]))": "f([0.2, 0.9])",
    "Gamma(t([0.3, 2.0, 30.0]), t([0.5, 4.0, 2.0]))": "f([0.2, 0.9, 17.0])",
    "Dirichlet(t([[0.3, 2.0, 1.0], [3.0, 0.5, 7.0]]))": "f([0.2, 0.3, 0.5])",
    "Independent(Normal(t([[0.3, -2.0]]), t([1.7, 0.4])), 1)": "f([0.5, -2.5])",
    "MultivariateNormal(t([0.3, -2.0]), t([[2.0, 0.5], [0.5, 1.0]]))": "f([[0.5, -2.5], [1.0, 2.0]])",
    "MultivariateNormal(t([0.3, -2.0]), precision_matrix=t([[2.0, 0.5], [0.5, 1.0]]))": "f([0.5, -2.5])",
    "MultivariateNormal(t([[0.3, -2.0]]), scale_tril=t([[[2.0, 0.0], [0.5, 1.0]], [[1.0, 0.0], [3.0, 2.0]]]))":
        "f([0.5, -2.5])",
}  # fmt: skip


def build(torch, text):
    """What the text says in this library, and the tensors in it that need gradients."""
    leaves = []

    def t(numbers):
        leaves.append(torch.tensor(numbers, dtype=torch.float64).requires_grad_())
        return leaves[-1]

    words = {
        "t": t,
        "f": lambda numbers: torch.tensor(numbers, dtype=torch.float64),
        "i": torch.tensor,
        "torch": torch,
    }
    return eval(text, vars(torch.distributions) | words), leaves
