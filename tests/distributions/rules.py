"""The distributions of the tests, and the values whose chances are asked; a text makes the same one in either library.

``t`` is a float64 tensor that needs a gradient (``s`` a float32 one), ``f`` one that needs none.
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
    "Exponential(t([0.3, 2.0]))": "f([0.5, 2.5])",
    "Laplace(t([0.3, -2.0]), t([1.7, 0.4]))": "f([0.5, -2.5])",
    "Cauchy(t([0.3, -2.0]), t([1.7, 0.4]))": "f([0.5, -2.5])",
    "HalfCauchy(t([0.3, 2.0]))": "f([0.5, 2.5])",
    "HalfNormal(t([0.3, 2.0]))": "f([0.5, 2.5])",
    "Geometric(t([0.3, 0.9, 1.0]))": "f([0.0, 2.0, 0.0])",
    "Geometric(logits=t([0.3, -2.0]))": "f([0.0, 2.0])",
    "Poisson(t([0.3, 9.0]))": "f([0.0, 12.0])",
    "Binomial(5, t([0.3, 0.9, 1.0]))": "f([0.0, 2.0, 5.0])",
    "Binomial(f([5.0, 5.0]), logits=t([0.3, -40.0]))": "f([[0.0, 2.0], [5.0, 0.0]])",
    "NegativeBinomial(t([2.5, 4.0]), t([0.3, 0.9]))": "f([0.0, 7.0])",
    "NegativeBinomial(t(3.0), logits=t([0.3, -2.0]))": "f([4.0, 2.0])",
    "Multinomial(4, t([[0.1, 0.5, 0.8], [3.0, 1.0, 0.5]]))": "f([1.0, 0.0, 3.0])",
    "Multinomial(3, logits=t([0.1, -0.5, 0.8]))": "f([1.0, 0.0, 2.0])",
    "OneHotCategorical(t([[0.1, 0.5, 0.8], [3.0, 1.0, 0.5]]))": "f([0.0, 0.0, 1.0])",
    "OneHotCategoricalStraightThrough(logits=t([0.1, 0.5, -0.8]))": "f([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])",
    "Chi2(t([0.7, 4.0]))": "f([0.5, 2.5])",
    "StudentT(t([0.7, 1.5, 4.0]), t(0.3), t([1.0, 2.0, 0.5]))": "f([0.5, 2.5, -8.0])",
    "FisherSnedecor(t([0.7, 3.0, 4.0]), t([1.0, 4.0, 6.5]))": "f([0.5, 2.5, 9.0])",
    "Gumbel(t([0.3, -2.0]), t([1.7, 0.4]))": "f([0.5, -2.5])",
    "LogNormal(t([0.3, -2.0]), t([1.7, 0.4]))": "f([0.5, 2.5])",
    "LogisticNormal(t([0.3, -2.0]), t([1.7, 0.4]))": "f([0.2, 0.3, 0.5])",
    "InverseGamma(t([0.3, 1.5, 3.0]), t([1.7, 0.4, 2.0]))": "f([0.5, 2.5, 1.0])",
    "Kumaraswamy(t([0.3, 1.5, 3.0]), t([1.7, 0.4, 2.0]))": "f([0.5, 0.25, 0.9])",
    "Pareto(t([0.3, 1.5, 2.0]), t([2.7, 5.0, 3.0]))": "f([0.5, 2.5, 9.0])",
    "Pareto(f([0.3, 1.5, 2.0]), f([0.7, 1.4, 3.0]))": "f([0.5, 2.5, 9.0])",
    "Weibull(t([0.3, 1.5]), t([1.7, 2.4]))": "f([0.5, 2.5])",
    "GeneralizedPareto(s([0.3, -1.5]), s([1.7, 0.4]), torch.zeros(2))": "f([0.5, 0.1]).float()",
    "GeneralizedPareto(s([0.3, -1.5, 0.0, 1.0]), s([1.7, 0.4, 1.0, 2.0]), s([0.3, -0.2, 0.7, 1.2]))":
        "f([0.5, 0.1, 2.0, 3.0]).float()",  # PyTorch's takes float32 only
    "ContinuousBernoulli(t([0.1, 0.4995, 0.5, 0.9]))": "f([0.5, 0.1, 0.3, 0.9])",
    "ContinuousBernoulli(logits=t([-1.0, 0.001, 3.0]))": "f([0.5, 0.1, 0.3])",
    "RelaxedBernoulli(t(0.7), t([0.1, 0.9]))": "f([0.5, 0.1])",
    "RelaxedBernoulli(f(0.7), logits=t([0.1, -0.9]))": "f([0.5, 0.1])",
    "RelaxedOneHotCategorical(t(0.7), t([0.1, 0.5, 0.8]))": "f([[0.2, 0.3, 0.5], [0.9, 0.05, 0.05]])",
    "RelaxedOneHotCategorical(f(0.7), logits=t([[0.1, 0.5, -0.8]]))": "f([0.2, 0.3, 0.5])",
    "MixtureSameFamily(Categorical(t([0.1, 0.5, 0.8])), Normal(t([0.3, -2.0, 1.0]), t([1.7, 0.4, 1.0])))":
        "f([0.2, 0.3])",
    "MixtureSameFamily(Categorical(logits=t([0.1, 0.5])), "
    "Independent(Normal(t([[0.3, -2.0], [1.0, 1.5]]), t([1.7, 0.4])), 1))": "f([0.2, 0.3])",
    "MixtureSameFamily(Categorical(t([0.1, 0.5])), Poisson(t([2.0, 9.0])))": "f([2.0, 3.0])",
    "LowRankMultivariateNormal(t([0.3, -2.0, 1.0]), t([[1.0, 0.5], [0.2, 2.0], [0.3, 0.1]]), t([1.0, 0.5, 2.0]))":
        "f([[0.2, 0.3, 0.5], [1.0, 2.0, 3.0]])",
    "VonMises(t([0.3, -2.0]), t([1.7, 3.0]))": "f([0.5, -2.5])",
    "LKJCholesky(3, t([0.7, 2.5]))": "f([[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.48, 0.64, 0.6]])",
    "Wishart(t([4.5, 3.2]), t([[2.0, 0.5], [0.5, 1.0]]))": "f([[3.0, 0.2], [0.2, 4.0]])",
    "Wishart(t(4.5), precision_matrix=t([[2.0, 0.5], [0.5, 1.0]]))": "f([[3.0, 0.2], [0.2, 4.0]])",
    "Wishart(t(4.5), scale_tril=t([[2.0, 0.0], [0.5, 1.0]]).tril())": "f([[3.0, 0.2], [0.2, 4.0]])",
    "TransformedDistribution(Normal(t([0.3, -2.0]), t(1.0)), [SigmoidTransform(), AffineTransform(1.0, t(-2.0))])":
        "f([0.5, -0.5])",
    "TransformedDistribution(Normal(t([0.3, -2.0]), t(1.0)), [TanhTransform()])": "f([0.5, -0.5])",
}  # fmt: skip


def build(torch, text):
    """What the text says in this library, and the tensors in it that need gradients."""
    leaves = []

    def t(numbers, dtype=torch.float64):
        leaves.append(torch.tensor(numbers, dtype=dtype).requires_grad_())
        return leaves[-1]

    words = {
        "t": t,
        "s": lambda numbers: t(numbers, torch.float32),
        "f": lambda numbers: torch.tensor(numbers, dtype=torch.float64),
        "i": torch.tensor,
        "torch": torch,
    }
    return eval(text, vars(torch.distributions) | words), leaves


WRONG = {("Kumaraswamy", "mode")}  # PyTorch takes the logarithm of a negative number
ROUGH = ("VonMises", "Multinomial")  # computed in PyTorch by approximations or in float32


def precision(text):
    """How near to PyTorch's numbers ours must be, relatively."""
    if text.startswith("GeneralizedPareto"):
        return 1e-5
    return 3e-7 if text.startswith(ROUGH) else 1e-9
