"""What both training examples share: their arguments, the rows they train on, and what they say at the end."""

import argparse
import json
import os
import sys
import time

import numpy
import pyarrow.dataset
import pyarrow.fs
import pyarrow.types


def arguments(framework):
    parser = argparse.ArgumentParser(
        prog="train",
        description=f"Trains a small {framework} network to predict one column of a Parquet data set from the others, on a GPU when there is one.",
    )
    parser.add_argument("--data", help="Parquet file or directory, a path or s3://bucket/path (endpoint and keys from AWS_ENDPOINT_URL, "
                                       "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY); without it rows are made up")
    parser.add_argument("--label", default="label", help="column to predict (default: %(default)s)")
    parser.add_argument("--features", help="columns to predict it from, separated by commas; all other numeric ones otherwise")
    parser.add_argument("--rows", type=int, default=20000, help="rows to make up (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=5, help="passes over the data (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=256, help="rows a step (default: %(default)s)")
    parser.add_argument("--output", help="directory for the trained model; it is not kept otherwise")
    parser.add_argument("--require-gpu", action="store_true", help="fail when there is no GPU")
    options = parser.parse_args()
    if min(options.rows, options.epochs, options.batch) < 1:
        parser.error("--rows, --epochs and --batch are at least 1")
    return options


def fail(why):
    sys.exit(f"train: {why}")


def made_up(count):
    """Rows whose label follows from three of five features, with a little noise: something that a network can learn."""
    random = numpy.random.default_rng(7)
    features = random.normal(size=(count, 5)).astype("float32")
    label = features[:, 0] * features[:, 1] + numpy.sin(2 * features[:, 2]) + random.normal(scale=0.1, size=count)
    return features, label.astype("float32")


def opened(path):
    """A Parquet data set, and the filesystem it is on."""
    if not path.startswith("s3://"):
        return pyarrow.dataset.dataset(path, format="parquet")
    scheme, _, host = os.environ.get("AWS_ENDPOINT_URL", "").rpartition("://")
    filesystem = pyarrow.fs.S3FileSystem(
        endpoint_override=host or None, scheme=scheme or "https", region=os.environ.get("AWS_REGION", "us-east-1")
    )
    return pyarrow.dataset.dataset(path.removeprefix("s3://"), format="parquet", filesystem=filesystem)


def numeric(kind):
    return pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind) or pyarrow.types.is_decimal(kind) or pyarrow.types.is_boolean(kind)


def read(options):
    """Features (rows by columns) and label of the data set; rows with a null in them are left out."""
    try:
        table = opened(options.data)
    except (OSError, ValueError) as error:
        fail(f"{options.data} cannot be read: {error}")
    can = [field.name for field in table.schema if numeric(field.type)]
    if options.label not in can:
        fail(f"{options.data} has no numeric column {options.label}; name one with --label, there are {', '.join(can) or 'none'}")
    features = options.features.split(",") if options.features else [name for name in can if name != options.label]
    unknown = [name for name in features if name not in can]
    if unknown or not features:
        fail(f"no numeric column {', '.join(unknown) or 'beside the label'} in {options.data}; there are {', '.join(can)}")
    frame = table.to_table(columns=[*features, options.label]).drop_null()
    columns = [frame[name].cast("float64").to_numpy().astype("float32") for name in (*features, options.label)]
    if len(columns[0]) < 10:
        fail(f"{options.data} has {len(columns[0])} rows without nulls, too few to learn from")
    return numpy.stack(columns[:-1], axis=1), columns[-1]


def split(options):
    """Training and test rows in the order features, label, features, label; every column scaled to mean 0 and deviation 1."""
    features, label = read(options) if options.data else made_up(options.rows)
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-9)
    label = (label - label.mean()) / (label.std() + 1e-9)
    order = numpy.random.default_rng(7).permutation(len(label))
    test, train = numpy.split(order, [max(1, len(order) // 5)])
    return features[train], label[train], features[test], label[test]


def report(framework, version, device, name, rows, losses, predicted, actual, began):
    """One line of JSON for whoever started the job. r2 is the share of the label's variance that the network explains."""
    error = float(((predicted - actual) ** 2).sum())
    total = float(((actual - actual.mean()) ** 2).sum()) or 1.0
    print(json.dumps({
        "framework": framework, "version": version, "device": device, "deviceName": name, "rows": rows,
        "losses": [round(float(loss), 4) for loss in losses], "r2": round(1 - error / total, 4), "seconds": round(time.monotonic() - began, 1),
    }), flush=True)
