"""Transformers: a causal language model of encoder layers, and an encoder with a decoder that turns words round."""

import math

import numpy as np
import torch
from torch import nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=50):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[: x.size(0)]


class TransformerModel(nn.Module):
    def __init__(self, ntoken, d_model, nhead, d_hid, nlayers):
        super().__init__()
        self.pos_encoder = PositionalEncoding(d_model)
        encoder_layers = nn.TransformerEncoderLayer(d_model, nhead, d_hid, dropout=0.0, activation="gelu")
        self.transformer_encoder = nn.TransformerEncoder(encoder_layers, nlayers, enable_nested_tensor=False)
        self.embedding = nn.Embedding(ntoken, d_model)
        self.d_model = d_model
        self.linear = nn.Linear(d_model, ntoken)
        self.embedding.weight.data.uniform_(-0.1, 0.1)
        self.linear.bias.data.zero_()

    def forward(self, src):
        src = self.pos_encoder(self.embedding(src) * math.sqrt(self.d_model))
        mask = nn.Transformer.generate_square_subsequent_mask(len(src)).to(src)
        return self.linear(self.transformer_encoder(src, mask))


class Turner(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.place = nn.Embedding(9, 16), nn.Embedding(6, 16)
        self.transformer = nn.Transformer(16, 2, 1, 1, 32, dropout=0.0, batch_first=True)
        self.out = nn.Linear(16, 9)

    def forward(self, source, target):
        place = self.place(torch.arange(source.shape[1]))
        mask = torch.triu(torch.ones(target.shape[1], target.shape[1]), diagonal=1).bool()
        padded = source == 0
        y = self.transformer(
            self.words(source) + place,
            self.words(target) + place[: target.shape[1]],
            tgt_mask=mask,
            src_key_padding_mask=padded,
            memory_key_padding_mask=padded,
        )
        return self.out(y)


def make_net():
    return nn.ModuleDict({"model": TransformerModel(11, 16, 2, 32, 2), "turner": Turner()})


def train(net, dtype):
    r = np.random.default_rng(0)
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-3)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    for _ in range(25):
        x = torch.tensor((r.integers(0, 11, (1, 12)) + 2 * np.arange(10)[:, None]) % 11)
        loss = criterion(net["model"](x[:-1]).view(-1, 11), x[1:].reshape(-1))
        words = r.integers(1, 8, (8, 6))
        words[:3, 4:] = 0
        source = torch.tensor(words)
        target = torch.cat([torch.full((8, 1), 8), source.flip(1)], dim=1)[:, :6]
        loss = loss + criterion(net["turner"](source, target[:, :-1]).transpose(1, 2), target[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()
        yield loss.item()
