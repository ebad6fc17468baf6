"""Letters with an LSTM, a GRU and a plain RNN: packed sequences, hidden states carried over, tied weights."""

import numpy as np
import torch
import torch.nn as nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

TEXT = "a rose is a rose is a rose and a rose by any other name would smell as sweet " * 3
LETTERS = sorted(set(TEXT))


class Reader(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.encoder = nn.Embedding(len(LETTERS), 12)
        if kind == "LSTM":
            self.rnn = nn.LSTM(12, 12, num_layers=2, dropout=0.0)
        elif kind == "GRU":
            self.rnn = nn.GRU(12, 12)
        else:
            self.rnn = nn.RNN(12, 12, nonlinearity="tanh")
        self.decoder = nn.Linear(12, len(LETTERS))
        self.decoder.weight = self.encoder.weight

    def forward(self, input, hidden=None):
        output, hidden = self.rnn(self.encoder(input), hidden)
        return self.decoder(output), hidden


class Length(nn.Module):
    """How many vowels a word of any length has."""

    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), 6)
        self.rnn = nn.GRU(6, 8, bidirectional=True, batch_first=True)
        self.cell = nn.LSTMCell(16, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, padded, lengths):
        packed = pack_padded_sequence(self.letters(padded), lengths, batch_first=True, enforce_sorted=False)
        output, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        h = c = output.new_zeros(len(padded), 8)
        for step in output.unbind(1):
            h, c = self.cell(step, (h, c))
        return self.out(h).squeeze(1)


def make_net():
    return nn.ModuleDict(
        {"LSTM": Reader("LSTM"), "GRU": Reader("GRU"), "RNN": Reader("RNN"), "length": Length()}
    )


def repackage(hidden):
    return hidden.detach() if isinstance(hidden, torch.Tensor) else tuple(repackage(h) for h in hidden)


def train(net, dtype):
    numbers = torch.tensor([LETTERS.index(letter) for letter in TEXT])
    data = numbers[: len(numbers) // 6 * 6].view(6, -1).t().contiguous()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    hidden = dict.fromkeys(("LSTM", "GRU", "RNN"))
    words = TEXT.split()[:20]
    padded = pad_sequence(
        [torch.tensor([LETTERS.index(a) for a in word]) for word in words], batch_first=True
    )
    lengths = torch.tensor([len(word) for word in words])
    vowels = torch.tensor([sum(a in "aeiou" for a in word) for word in words], dtype=dtype)
    for _ in range(6):
        for i in range(0, len(data) - 1, 10):
            x, y = data[i : i + 10][: len(data) - 1 - i], data[i + 1 : i + 11]
            optimizer.zero_grad()
            loss = F.mse_loss(net["length"](padded, lengths), vowels)
            for kind, carried in hidden.items():
                output, now = net[kind](x, None if carried is None else repackage(carried))
                hidden[kind] = now
                loss = loss + F.cross_entropy(output.view(-1, len(LETTERS)), y.reshape(-1))
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            yield loss.item()
    assert np.isfinite(hidden["LSTM"][0].detach().numpy()).all()
