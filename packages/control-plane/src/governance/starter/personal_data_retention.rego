package datamesh.starter.personal_data_retention

deny contains {
	"msg": sprintf("personal data (%s) is kept without an end", [concat(", ", sort(personal))]),
	"path": "spec.sla.retention",
	"fix": "write sla.retention: 3 years, or retention beside every output port",
} if {
	personal := {column.name | some column in input._facts.columns; column.personal}
	count(personal) > 0
	not input.spec.sla.retention
	not every_port_ends
}

# Only named: the columns stand in a schema elsewhere, which may say how long.
deny contains {
	"msg": sprintf("how long personal data (%s) is kept is not said here", [concat(", ", sort(named))]),
	"path": "spec.sla.retention",
	"fix": "write sla.retention: 3 years, or retention beside every output port",
	"severity": "inform",
} if {
	count(input._facts.columns) == 0
	named := {name | some name in input._facts.product.access.piiColumns}
	count(named) > 0
	not input.spec.sla.retention
	not every_port_ends
}

every_port_ends if {
	ports := input._facts.product.outputPorts
	count(ports) > 0
	every port in ports {
		port.retentionSeconds > 0
	}
}
