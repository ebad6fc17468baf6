"""PyTorch's MNIST example, sized to scikit-learn's digits: Conv2d, max_pool2d, nll_loss, Adadelta, StepLR."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from sklearn.datasets import load_digits
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, 1, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(144, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = self.conv1(x)
        x = F.relu(x)
        x = self.conv2(x)
        x = F.relu(x)
        x = F.max_pool2d(x, 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = self.fc1(x)
        x = F.relu(x)
        x = self.dropout2(x)
        x = self.fc2(x)
        output = F.log_softmax(x, dim=1)
        return output  # noqa: RET504 - as in PyTorch's example


def make_net():
    return Net()


def train(model, dtype):
    digits = load_digits()
    x = torch.tensor(digits.images[:320] / 16, dtype=dtype).unsqueeze(1)
    dataset = TensorDataset((x - 0.3052) / 0.3759, torch.tensor(digits.target[:320]))
    train_loader = DataLoader(dataset, batch_size=64, shuffle=False)
    optimizer = optim.Adadelta(model.parameters(), lr=1.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    model.eval()  # dropout draws other numbers in each library
    for epoch in range(1, 4):  # noqa: B007
        for batch_idx, (data, target) in enumerate(train_loader):  # noqa: B007
            data, target = data.to("cpu"), target.to("cpu")
            optimizer.zero_grad()
            output = model(data)
            loss = F.nll_loss(output, target)
            loss.backward()
            optimizer.step()
            yield loss.item()
        scheduler.step()
    with torch.no_grad():
        pred = model(dataset.tensors[0]).argmax(dim=1, keepdim=True)
        correct = pred.eq(dataset.tensors[1].view_as(pred)).sum().item()
    yield 1 - correct / len(dataset)
