package datamesh.starter.personal_data_retention

deny contains {
	"msg": sprintf("personal data (%s) is kept without an end", [concat(", ", sort(personal))]),
	"path": "spec.sla.retention",
	"fix": "write sla.retention: 3 years, or retention beside every output port",
} if {
	personal := {column.name | some column in input._facts.columns; column.personal} | named
	count(personal) > 0
	not input.spec.sla.retention
	not every_port_ends
}

# without a schema, the manifest still names them
named := {name | some name in object.get(input, ["_facts", "product", "access", "piiColumns"], [])}

every_port_ends if {
	ports := input._facts.product.outputPorts
	count(ports) > 0
	every port in ports {
		port.retentionSeconds > 0
	}
}
