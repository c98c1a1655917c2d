"""AI가 만드는 음악 · Music Made by AI: an interactive lecture. Run `python app.py --help`."""

import os
import sys

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: nothing is reported anywhere

from demos import frame, neuron, server

SECTIONS = [
    neuron,
]

if __name__ == "__main__":
    sys.exit(server.serve(frame.build_page(SECTIONS), sys.argv[1:]))
