"""AI가 만드는 음악 · Music Made by AI: an interactive lecture. Run `python app.py --help`."""

import os
import sys

from core import downloads
from demos import launch

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: nothing is reported anywhere
if __name__ == "__main__":
    options = launch.parse_arguments(sys.argv[1:])
    listener = launch.listen(options.host, options.port)
    downloads.download_wanted()

from demos import digits, forgery, frame, gansynth, listening, magenta, neuron, phase, real_face, server

SECTIONS = [
    neuron,
    digits,
    real_face,
    forgery,
    magenta,
    phase,
    gansynth,
    listening,
]

if __name__ == "__main__":
    sys.exit(launch.serve(server.create_app(frame.build_page(SECTIONS)), listener))
