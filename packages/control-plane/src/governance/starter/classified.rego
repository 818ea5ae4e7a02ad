package datamesh.starter.classified

deny contains {
	"msg": "the product does not say how secret its data is; it is treated as internal",
	"path": "spec.access_control.classification",
	"fix": "write access_control.classification: public, internal, confidential or restricted",
} if {
	not input.spec.access_control.classification
}

deny contains {
	"msg": sprintf("the product is %s, and its column %s.%s is %s", [product, column.table, column.name, secret]),
	"path": "spec.access_control.classification",
	"fix": sprintf("write classification: %s", [secret]),
} if {
	product := input._facts.product.access.classification
	some column in input._facts.columns
	secret := column.classification
	rank[secret] > rank[product]
}

rank := {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}
