"""1-1 Neuron: inputs, weights, threshold, activation; gates; XOR with two layers; learning by example.

Everything moves in the browser (`assets/web/neuron`); `core/neuron.py` is the reference of its rules.
"""

from demos import face

TITLE = "neuron.title"
PART = 1


def build() -> None:
    face.opening("neuron")
    face.figure("neuron")
    face.closing("neuron")
