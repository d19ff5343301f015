package eventlog

// Finding is one thing that costs time or money, with the numbers it was judged by.
type Finding struct {
	ID        string `json:"id"`        // skew, spill, gc, idle-cores, small-files, small-tasks, failed-tasks, memory-high, memory-low
	Title     string `json:"title"`     // a few words
	Says      string `json:"says"`      // one sentence, with where it was worst
	Evidence  string `json:"evidence"`  // the measured numbers
	Threshold string `json:"threshold"` // what they were held against
	Source    string `json:"source"`    // whose threshold that is
	Remedy    string `json:"remedy"`    // what to do; properties as key=value
}
