"""Actor-critic on a pole that must not fall: Categorical actions, discounted returns, a value head."""

from collections import namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

SavedAction = namedtuple("SavedAction", ["log_prob", "value"])


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(4, 16)
        self.action_head = nn.Linear(16, 2)
        self.value_head = nn.Linear(16, 1)
        self.saved_actions = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.affine1(x))
        action_prob = F.softmax(self.action_head(x), dim=-1)
        state_values = self.value_head(x)
        return action_prob, state_values


class Pole:
    """A pole on a cart, leaning a little."""

    def __init__(self, r):
        self.state = r.uniform(-0.05, 0.05, 4)

    def step(self, action):
        _, v, lean, spin = self.state
        force = 10.0 if action else -10.0
        spun = (9.8 * np.sin(lean) - np.cos(lean) * (force + 0.05 * spin**2 * np.sin(lean)) / 1.1) / 0.65
        self.state = self.state + 0.02 * np.array([v, force / 1.1, spin, spun])
        return self.state, 1.0, bool(abs(self.state[2]) > 0.21 or abs(self.state[0]) > 2.4)


def make_net():
    return Policy()


def finish_episode(model, optimizer, dtype):
    R = 0  # noqa: N806 - as in PyTorch's example
    policy_losses, value_losses, returns = [], [], []
    for reward in model.rewards[::-1]:
        R = reward + 0.99 * R  # noqa: N806
        returns.insert(0, R)
    returns = torch.tensor(returns, dtype=dtype)
    returns = (returns - returns.mean()) / (returns.std() + np.finfo(np.float32).eps.item())
    for (log_prob, value), wanted in zip(model.saved_actions, returns, strict=True):
        advantage = wanted - value.item()
        policy_losses.append(-log_prob * advantage)
        value_losses.append(F.smooth_l1_loss(value, wanted.reshape(1)))
    optimizer.zero_grad()
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
    loss.backward()
    optimizer.step()
    del model.rewards[:]
    del model.saved_actions[:]
    return loss.item()


def train(model, dtype):
    r = np.random.default_rng(0)
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(12):
        pole, done = Pole(r), False
        while not done and len(model.rewards) < 60:
            state = torch.from_numpy(pole.state).to(dtype)
            probs, state_value = model(state)
            action = torch.tensor(int(r.uniform() < probs[1].item()))  # each library draws other numbers
            model.saved_actions.append(SavedAction(torch.log(probs[action]), state_value))
            _, reward, done = pole.step(action.item())
            model.rewards.append(reward)
        yield len(model.rewards)
        yield finish_episode(model, optimizer, dtype)


LEARNS = False  # twelve episodes are a beginning
