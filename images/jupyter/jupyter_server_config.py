# Read by every server in this image, before the files in ~/.jupyter and under the arguments of `jupyter lab`.
import os
import pathlib
import sys

c = get_config()  # noqa: F821, it is given by the loader


def token():
    """The token that browsers must show: from the file that JUPYTER_TOKEN_FILE names, or from JUPYTER_TOKEN."""
    file = os.environ.get("JUPYTER_TOKEN_FILE")
    value = pathlib.Path(file).read_text() if file else os.environ.get("JUPYTER_TOKEN", "")
    # A secret that was made with an editor ends with a line break.
    return value.strip()


# Without a token Jupyter makes one and writes it to the log, which more people can read than should run code here.
if not token():
    sys.exit("jupyter: no token; set JUPYTER_TOKEN, or JUPYTER_TOKEN_FILE to the path of a file that holds one")
c.IdentityProvider.token = token()

# Everything that is written goes there and to /tmp: notebooks, settings, kernels' connection files.
home = os.environ["HOME"]
if not os.access(home, os.W_OK):
    sys.exit(f"jupyter: {home} cannot be written by user {os.getuid()}; mount a volume there, or set HOME")

c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = 8888
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = home
# Shutting the server down from a browser would only make the container start again.
c.ServerApp.quit_button = False
# A trash that nobody empties fills the volume.
c.FileContentsManager.delete_to_trash = False

# Nothing here asks the internet: no news, no search for newer versions, no extensions from PyPI.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
