#!/usr/bin/env bash
# Removes what was built in this checkout. A cluster that an end-to-end test left behind is taken down first, or its
# mounts would outlive the directory that they are in.
source "$(dirname "$0")/lib.sh"

if [ -d .e2e/state ] && [ -x bin/sparkwiz-sandbox ]; then
  XDG_STATE_HOME=$root/.e2e/state bin/sparkwiz-sandbox down
fi
rm -rf bin .check .e2e
