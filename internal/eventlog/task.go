package eventlog

// Task is one attempt at a task in 28 bytes, because a log has millions.
type Task struct {
	Launch   int32 // ms after the application's start
	Duration int32 // ms from launch to finish, the wall time
	RunTime  int32 // executorRunTime, ms
	Executor int32 // index into Application.Executors, -1: unknown
	Index    int32 // the task's number within its stage
	Input    float32
	Flags    TaskFlags
	Attempt  uint8
}

// TaskFlags say how an attempt ended.
type TaskFlags uint8

// How an attempt ended. None of the first two is success.
const (
	TaskFailed TaskFlags = 1 << iota
	TaskKilled
	TaskSpeculative
	TaskSpilled
	TaskNoMetrics
)

// Succeeded says that the attempt's work counted.
func (t Task) Succeeded() bool { return t.Flags&(TaskFailed|TaskKilled) == 0 }
