// Program floorhttp asks for events and answers them with net/http alone: the payload is not read into anything.
package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
)

func main() {
	base := "http://" + os.Getenv("SCF_RUNTIME_API") + ":" + os.Getenv("SCF_RUNTIME_API_PORT") + "/runtime/"
	do := func(resp *http.Response, err error) {
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if err != nil {
			os.Exit(1)
		}
	}
	do(http.Post(base+"init/ready", "", nil))
	for {
		do(http.Get(base + "invocation/next"))
		do(http.Post(base+"invocation/response", "application/json", bytes.NewReader([]byte("null"))))
	}
}
