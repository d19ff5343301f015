package deploy

import (
	"slices"
	"sync"
)

// each does n things, eight at a time, and returns all that went wrong.
func each(n int, do func(i int) error) error {
	failed := make([]error, n)
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			failed[i] = do(i)
		})
	}
	wg.Wait()
	return joined(slices.DeleteFunc(failed, func(err error) bool { return err == nil }))
}
