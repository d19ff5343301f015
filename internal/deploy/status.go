package deploy

import "context"

// StepStatus is where one step stands.
type StepStatus struct {
	Step   string `json:"step"`
	Title  string `json:"title"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"` // what tells, or what it waits for
	Done   bool   `json:"ready"`            // as planned, and ready
	Ready  int    `json:"readyPods"`
	Want   int    `json:"wantPods"`
}

// Status looks at every step and writes nothing.
func Status(ctx context.Context, o Options) ([]StepStatus, error) {
	w, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := w.promises(); err != nil {
		return nil, err
	}
	w.remember(ctx)
	var all []StepStatus
	for _, f := range w.survey(ctx, Steps(o.Plan)) {
		s := StepStatus{Step: f.step.Name(), Title: f.step.Title(), State: f.State, Reason: f.Reason}
		switch {
		case f.err != nil:
			s.State, s.Reason = Unknown, w.Cluster.Trouble(f.err).Error()
		case f.State != Absent && f.State != Foreign:
			r, err := f.step.Ready(ctx, w)
			if err != nil {
				s.Reason = w.Cluster.Trouble(err).Error()
				break
			}
			s.Done, s.Ready, s.Want = r.Done && f.State == InSync, r.Ready, r.Want
			switch {
			case len(r.Troubles) > 0:
				s.Reason = firstOf(r.Troubles)
			case r.Rests != "" && f.State == InSync:
				s.Reason = r.Rests
			}
		}
		all = append(all, s)
	}
	return all, nil
}
