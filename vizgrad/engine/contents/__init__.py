"""Tables of contents: for each area, the names that ``torch.`` and ``Tensor.`` offer.

``__all__`` lists the functions (the front door takes them all); the class `Methods` lists what a tensor can be
asked for (`Tensor` inherits it).  Nothing is computed here.
"""
