package access

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// Spark counts its Connect sessions on one page only, and in no metric and no
// REST call (seen in 3.5.7 and 4.1.4).
const sessionsPage = "/connect/"

var online = regexp.MustCompile(`(\d+)\s*session\(s\) are online`)

// Sessions counts the open sessions of a Connect server, by asking its UI
// through a forwarded port. An error means that it could not look.
func Sessions(ctx context.Context, c *kube.Cluster, namespace, service string, uiPort int) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	address, err := Forward(ctx, c, namespace, service, uiPort, 0, progress.Nobody)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+sessionsPage, http.NoBody)
	if err != nil {
		return 0, err
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer reply.Body.Close()
	page, err := io.ReadAll(io.LimitReader(reply.Body, 8<<20))
	if err != nil {
		return 0, err
	}
	return count(reply.StatusCode, page)
}

// count reads the number off the page.
func count(status int, page []byte) (int, error) {
	found := online.FindSubmatch(page)
	if status != http.StatusOK || found == nil {
		return 0, fmt.Errorf("%s of the Spark UI answers %d and counts no sessions", sessionsPage, status)
	}
	return strconv.Atoi(string(found[1]))
}
