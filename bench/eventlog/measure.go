package main

import (
	"context"
)

func (o options) measure(ctx context.Context, from []string) error {
	return generate(from, o.large, o.out)
}
