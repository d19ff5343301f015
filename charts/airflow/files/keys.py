"""Prints the Fernet keys that Airflow encrypts connections with, from the text in FERNET_SECRET.

A Fernet key has a form that random text does not have. Text that has it is taken as it is; any other text is hashed into
one. Several, separated by commas, are keys of a rotation: the first encrypts, all of them decrypt.
"""

import base64
import binascii
import hashlib
import os


def fernet_key(text):
    try:
        if len(base64.urlsafe_b64decode(text)) == 32:
            return text
    except (binascii.Error, ValueError):
        pass
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()


print(",".join(fernet_key(part.strip()) for part in os.environ["FERNET_SECRET"].split(",")))
