package redisstore_test

import (
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/examples/redisstore"
)

func Example() {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
	defer func() { _ = client.Close() }()
	m := event.NewMux()
	m.Use(event.Recover(), event.Dedup(redisstore.New(client, "thumb:")))
	fmt.Println("ready")
	// Output: ready
}
