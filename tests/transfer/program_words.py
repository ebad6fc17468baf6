"""Word embeddings: an n-gram language model, skip-grams with negative samples, sparse gradients."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

CONTEXT_SIZE, EMBEDDING_DIM = 2, 10
TEXT = """the small dog ran after the big cat and the big cat ran after the small mouse and the small mouse ran under
the old house where the old dog slept"""
SENTENCE = TEXT.split()


class NGramLanguageModeler(nn.Module):
    def __init__(self, vocab_size, embedding_dim, context_size):
        super().__init__()
        self.embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.linear1 = nn.Linear(context_size * embedding_dim, 24)
        self.linear2 = nn.Linear(24, vocab_size)
        self.centre = nn.Embedding(vocab_size, embedding_dim, sparse=True)
        self.around = nn.EmbeddingBag(vocab_size, embedding_dim, mode="mean")

    def forward(self, inputs):
        embeds = self.embeddings(inputs).view((1, -1))
        out = F.relu(self.linear1(embeds))
        return F.log_softmax(self.linear2(out), dim=1)

    def skipgram(self, centre, around):
        return (self.centre(centre) * self.around(around)).sum(1)


def make_net():
    return NGramLanguageModeler(len(set(SENTENCE)), EMBEDDING_DIM, CONTEXT_SIZE)


def train(model, dtype):
    word_to_ix = {word: i for i, word in enumerate(sorted(set(SENTENCE)))}
    ngrams = [
        ([SENTENCE[i - j - 1] for j in range(CONTEXT_SIZE)], SENTENCE[i])
        for i in range(CONTEXT_SIZE, len(SENTENCE))
    ]
    dense = [p for name, p in model.named_parameters() if name != "centre.weight"]
    optimizer, sparse = optim.SGD(dense, lr=0.05), optim.SparseAdam(list(model.centre.parameters()), lr=0.05)
    r = np.random.default_rng(0)
    for _ in range(5):
        total_loss = 0
        for context, target in ngrams:
            context_idxs = torch.tensor([word_to_ix[w] for w in context], dtype=torch.long)
            model.zero_grad()
            log_probs = model(context_idxs)
            loss = F.nll_loss(log_probs, torch.tensor([word_to_ix[target]], dtype=torch.long))
            centre = torch.tensor([word_to_ix[target]] * 3)
            around = torch.cat(
                [context_idxs[None], torch.tensor(r.integers(0, len(word_to_ix), (2, CONTEXT_SIZE)))]
            )
            wanted = torch.tensor([1.0, 0.0, 0.0], dtype=dtype)
            loss = loss + F.binary_cross_entropy_with_logits(model.skipgram(centre, around), wanted)
            loss.backward()
            optimizer.step()
            sparse.step()
            total_loss += loss.item()
            yield loss.item()
        yield total_loss
    with torch.no_grad():
        yield torch.cosine_similarity(model.embeddings.weight[0], model.embeddings.weight[1], dim=0).item()


LEARNS = False  # single words and whole epochs take turns
