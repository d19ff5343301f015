# Settings of the FAB auth manager. Mount another file over this one for OAuth or LDAP.
from flask_appbuilder.const import AUTH_DB

# Users are in Airflow's database; `airflow users create` makes the first, with a password that the caller chooses.
AUTH_TYPE = AUTH_DB
AUTH_USER_REGISTRATION = False
WTF_CSRF_ENABLED = True
# Counted in the memory of each API server; more than one would need a store that they share.
RATELIMIT_STORAGE_URI = "memory://"
