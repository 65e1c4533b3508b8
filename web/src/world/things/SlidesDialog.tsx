import { ChevronLeft, ChevronRight } from "lucide-react";
import { useText } from "../../kit/text";
import { Button, Dialog } from "../../kit/ui";
import type { Item, SlidesItem } from "../../wire/world";
import { company } from "../world";
import { Complaint } from "./BoardDialog";
import { fileAddress } from "./files";
import { openThing } from "./opened";
import { nameOf } from "./words";
import "./things.css";

/** Slides on the flat page; whoever turns a page turns it for all. */
export function SlidesDialog({ item }: { item: Item & { readonly state: SlidesItem } }) {
  const text = useText();
  const { page, pages } = item.state;
  const file = pages[page];
  const flip = (to: number) => company.loose.change(item.id, { do: "flip", page: to });
  const where = text("world.slides.page", { n: page + 1, of: pages.length });
  return (
    <Dialog
      open
      title={nameOf(item)}
      onClose={() => openThing("")}
      actions={
        <>
          <Button icon={ChevronLeft} disabled={page === 0} onClick={() => flip(page - 1)}>
            {text("world.slides.back")}
          </Button>
          <span role="status">{where}</span>
          <Button
            icon={ChevronRight}
            disabled={page + 1 >= pages.length}
            onClick={() => flip(page + 1)}
          >
            {text("world.slides.next")}
          </Button>
        </>
      }
    >
      {file && <img className="slide" src={fileAddress(file)} alt={`${nameOf(item)}, ${where}`} />}
      <Complaint />
    </Dialog>
  );
}
