package sizeview

import "slices"

// kth is the k-th largest number.
func kth(numbers []float64, k int) float64 {
	sorted := slices.Clone(numbers)
	slices.Sort(sorted)
	return sorted[len(sorted)-k]
}
