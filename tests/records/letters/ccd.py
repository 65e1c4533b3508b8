"""An invented continuity of care document, in parts that a test may change."""

SECTION = """
<component><section>
  <code code="{code}" codeSystem="2.16.840.1.113883.6.1"/><title>{title}</title>
  <text>{text}</text>{entries}
</section></component>"""

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.2" extension="2015-08-01"/>
  <id root="1.2.826.0.1.999" extension="doc-{number}"/>
  <code code="34133-9" codeSystem="2.16.840.1.113883.6.1" displayName="Summary of episode"/>
  <title>Summary by the lake</title>
  <effectiveTime value="20260110093000+0800"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="en-US"/>
  <recordTarget><patientRole>
    <id root="1.2.826.0.1.999.1" extension="{mrn}"/>
    <addr use="HP"><streetAddressLine>4 Reed Lane</streetAddressLine><city>Lakeside</city></addr>
    <telecom value="tel:+1-555-0100" use="MC"/>
    <patient>
      <name use="L"><given>{given}</given><family>{family}</family></name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="{born}"/>
      <maritalStatusCode code="M" codeSystem="2.16.840.1.113883.5.2"/>
      <languageCommunication><languageCode code="zh"/><preferenceInd value="true"/>
      </languageCommunication>
    </patient>
  </patientRole></recordTarget>
  <author><time value="20260110093000+0800"/><assignedAuthor>
    <id root="2.16.840.1.113883.4.6" extension="1999999999"/>
    <assignedPerson><name><given>Ines</given><family>Vale</family></name></assignedPerson>
  </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="1.2.826.0.1.999.2"/><name>Clinic by the lake</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <component><structuredBody>{sections}</structuredBody></component>
</ClinicalDocument>"""

PROBLEM = """
<entry><act classCode="ACT" moodCode="EVN">
  <templateId root="2.16.840.1.113883.10.20.22.4.3"/>
  <id root="1.2.826.0.1.999.3" extension="concern-1"/>
  <code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="{status}"/>
  <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"{negated}>
    <templateId root="2.16.840.1.113883.10.20.22.4.4"/>
    <id root="1.2.826.0.1.999.3" extension="problem-1"/>
    <code code="55607006" codeSystem="2.16.840.1.113883.6.96"/>
    <statusCode code="completed"/>
    <effectiveTime><low value="20190304"/>{high}</effectiveTime>
    <value xsi:type="CD" code="{code}" codeSystem="2.16.840.1.113883.6.96" displayName="Asthma">
      <originalText><reference value="#p1"/></originalText>
      <translation code="J45.909" codeSystem="2.16.840.1.113883.6.90"/>
    </value>
  </observation></entryRelationship>
</act></entry>"""

MEDICATION = """
<entry><substanceAdministration classCode="SBADM" moodCode="{mood}">
  <templateId root="2.16.840.1.113883.10.20.22.4.16"/>
  <id root="1.2.826.0.1.999.4" extension="med-1"/>
  <statusCode code="active"/>
  <effectiveTime xsi:type="IVL_TS"><low value="20250901"/></effectiveTime>
  <effectiveTime xsi:type="PIVL_TS" operator="A"><period value="{period}" unit="h"/></effectiveTime>
  <routeCode code="C38216" codeSystem="2.16.840.1.113883.3.26.1.1"/>
  <doseQuantity value="2" unit="mg"/>
  <consumable><manufacturedProduct><manufacturedMaterial>
    <code code="329498" codeSystem="2.16.840.1.113883.6.88" displayName="Albuterol"/>
  </manufacturedMaterial></manufacturedProduct></consumable>
</substanceAdministration></entry>"""

ALLERGY = """
<entry><act classCode="ACT" moodCode="EVN">
  <templateId root="2.16.840.1.113883.10.20.22.4.30"/>
  <id root="1.2.826.0.1.999.5" extension="allergy-concern"/><statusCode code="active"/>
  <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.7"/>
    <id root="1.2.826.0.1.999.5" extension="allergy-1"/>
    <code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>
    <effectiveTime><low value="2010"/></effectiveTime>
    <value xsi:type="CD" code="416098002" codeSystem="2.16.840.1.113883.6.96"/>
    <participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">
      <code code="7980" codeSystem="2.16.840.1.113883.6.88" displayName="Penicillin G"/>
    </playingEntity></participantRole></participant>
    <entryRelationship typeCode="MFST" inversionInd="true"><observation classCode="OBS"
      moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.9"/>
      <value xsi:type="CD" code="247472004" codeSystem="2.16.840.1.113883.6.96"
        displayName="Hives"/>
      <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.8"/>
        <value xsi:type="CD" code="6736007" codeSystem="2.16.840.1.113883.6.96"/>
      </observation></entryRelationship>
    </observation></entryRelationship>
  </observation></entryRelationship>
</act></entry>"""

PRESSURE = """
<entry><organizer classCode="CLUSTER" moodCode="EVN">
  <templateId root="2.16.840.1.113883.10.20.22.4.26"/>
  <id root="1.2.826.0.1.999.6" extension="vitals-1"/><statusCode code="completed"/>
  <effectiveTime value="20260110091500+0800"/>
  <component><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.27"/>
    <id root="1.2.826.0.1.999.6" extension="sys-1"/>
    <code code="8480-6" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
    <effectiveTime value="20260110091500+0800"/><value xsi:type="PQ" value="{high}" unit="mm[Hg]"/>
  </observation></component>
  <component><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.27"/>
    <id root="1.2.826.0.1.999.6" extension="dia-1"/>
    <code code="8462-4" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
    <effectiveTime value="20260110091500+0800"/><value xsi:type="PQ" value="{low}" unit="mm[Hg]"/>
  </observation></component>
</organizer></entry>"""

RESULT = """
<entry><organizer classCode="BATTERY" moodCode="EVN">
  <templateId root="2.16.840.1.113883.10.20.22.4.1"/>
  <id root="1.2.826.0.1.999.7" extension="panel-1"/>
  <code code="24323-8" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
  <component><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.2"/>
    <id root="1.2.826.0.1.999.7" extension="sodium-1"/>
    <code code="2951-2" codeSystem="2.16.840.1.113883.6.1" displayName="Sodium"/>
    <statusCode code="completed"/><effectiveTime value="20260109"/>
    {value}
    <interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/>
    <referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="135" unit="mmol/L"/>
      <high value="145" unit="mmol/L"/></value></observationRange></referenceRange>
  </observation></component>
</organizer></entry>"""

STRANGE = """
<entry><act classCode="ACT" moodCode="EVN"><templateId root="1.2.3.4.5"/>
  <id root="1.2.826.0.1.999.8" extension="odd"/></act></entry>"""

SODIUM = '<value xsi:type="PQ" value="140" unit="mmol/L"/>'


def section(code: str, title: str, *entries: str, text: str = "Told in words.") -> str:
    return SECTION.format(code=code, title=title, text=text, entries="".join(entries))


def problem(
    *, status: str = "active", code: str = "195967001", high: str = "", negated: bool = False
) -> str:
    told = ' negationInd="true"' if negated else ""
    return PROBLEM.format(status=status, code=code, high=high, negated=told)


def document(
    *sections: str,
    number: int = 1,
    mrn: str = "M-77",
    given: str = "Wren",
    family: str = "Asher",
    born: str = "19710815",
) -> bytes:
    """A document of these sections; of all there are, where none is named."""
    return HEAD.format(
        number=number,
        mrn=mrn,
        given=given,
        family=family,
        born=born,
        sections="".join(sections or whole()),
    ).encode()


def whole() -> list[str]:
    told = (
        '<table><tr><td ID="p1">Asthma since childhood</td></tr></table><script>alert(1)</script>'
    )
    return [
        section("11450-4", "Problems", problem(), text=told),
        section("10160-0", "Medicines", MEDICATION.format(mood="EVN", period="8")),
        section("48765-2", "Allergies", ALLERGY),
        section("8716-3", "Vital signs", PRESSURE.format(high="128", low="82")),
        section("30954-2", "Results", RESULT.format(value=SODIUM)),
        section("46239-0", "Odd things", STRANGE),
    ]
