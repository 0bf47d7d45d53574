package event

import "strings"

// TypeWorkflow is the Type of the *Unknown event that DecodeWorkflow returns: a workflow does not say what happened to the object.
const TypeWorkflow Type = "cos:Workflow"

// DecodeWorkflow reads what a COS workflow gives to a function node: which object to work on. The event is an *Unknown of
// TypeWorkflow, with bucket and key and nothing else; its Record is made up of these.
func DecodeWorkflow(payload []byte, opts ...DecodeOption) (Event, error) {
	d, err := formDecoder(payload, opts)
	if err != nil {
		return nil, err
	}
	var id, region, key string
	found := false
	err = d.form(func(name string) error {
		if name != "ObjectInfo" {
			return d.skip()
		}
		return d.members(func(name string) error {
			found = true
			switch name {
			case "BucketId":
				return d.str(&id)
			case "Region":
				return d.str(&region)
			case "Object":
				return d.str(&key)
			}
			return d.skip()
		})
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &notNotification{`it is not a workflow step: it has no "ObjectInfo"`}
	}
	b := Bucket{Region: region}
	b.Name, b.AppID, _ = cutAppID(id)
	if long := regionOf(region); long != "" {
		b.Region = long
	}
	key = strings.TrimPrefix(key, "/")
	if key == "" {
		return nil, &notNotification{`the workflow step names no object: "Object" is missing or empty`}
	}
	return eventOf(TypeWorkflow, b, key), nil
}
