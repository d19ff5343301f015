// A pod's program for the tests: it writes its volume, serves it, and fetches
// what it is asked to, so that names and services are tried from inside.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) > 1 { // run by exec
		fmt.Println("exec says", os.Args[1])
		return
	}
	host, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("/data/host", []byte(host), 0o644); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/get", func(w http.ResponseWriter, r *http.Request) {
		resp, err := http.Get(r.URL.Query().Get("url"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		_, _ = io.Copy(w, resp.Body)
	})
	http.Handle("/", http.FileServer(http.Dir("/data")))
	log.Printf("serving as user %d", os.Getuid())
	log.Fatal(http.ListenAndServe(":8080", nil))
}
